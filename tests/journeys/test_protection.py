"""Every operation of every interface is closed to strangers, to the wrong permissions and to the wrong district.

The operations are read off the OpenAPI documents: a new one is covered the day it is written.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from cli.suite.database import SERVICES
from cli.suite.roster import entry
from services.accounts.domain import Account
from services.filing.domain.filing import Filing
from services.filing.domain.institution import Institution
from shared.identity import Permission
from tests import accounts, filing
from tests.accounts.works import keep as keep_account
from tests.builders import DISTRICT, OTHER_DISTRICT, PARK, a_filing, a_uscc, an_account, an_institution
from tests.filing.works import keep as keep_filing
from tests.interfaces import Headers, Interfaces, fresh_key
