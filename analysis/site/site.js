// Pages are complete without it.
"use strict";
