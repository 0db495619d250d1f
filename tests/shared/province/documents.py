"""JSON of any shape, without what JSON itself has no word for and without lone surrogates."""

from hypothesis import strategies as st

texts = st.text(st.characters(exclude_categories=["Cs"]))
scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4)
)
payloads = st.dictionaries(texts, documents, max_size=5)
