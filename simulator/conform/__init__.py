"""互联互通符合性测试: plays one side of the exchange against any counterpart and says where it does not keep to it."""
