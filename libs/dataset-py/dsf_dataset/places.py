"""What the open objects of a definition may hold."""

from .words import OpenObject

_RESOURCE = ("name", "path", "type", "format", "mediatype", "compression", "encoding", "dialect", "schema")
_DIALECT = (
    "delimiter",
    "quoteChar",
    "header",
    "doubleQuote",
    "skipInitialSpace",
    "lineTerminator",
    "caseSensitiveHeader",
)
_SCHEMA = ("fields", "fieldsMatch", "primaryKey", "missingValues")
_FIELD = (
    "name",
    "type",
    "format",
    "title",
    "description",
    "unit",
    "constraints",
    "decimalChar",
    "bareNumber",
    "missingValues",
    "trueValues",
    "falseValues",
    "x-dsf",
)
_CONSTRAINTS = (
    "required",
    "unique",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "pattern",
    "enum",
)
EXTENSION = (
    "lanes",
    "source",
    "version",
    "eventTime",
    "type",
    "geo",
    "computed",
    "simulate",
    "sinks",
    "retentionDays",
    "dashboard",
    "trends",
    "anomalies",
)
_EVERYWHERE = (*_RESOURCE, *_DIALECT, *_SCHEMA, *_FIELD, *_CONSTRAINTS, *EXTENSION)

PACKAGE = OpenObject(
    known=("name", "version", "title", "description", "resources", "x-dsf"),
    harmless="id profile $schema homepage created contributors keywords image licenses sources",
    elsewhere=_EVERYWHERE,
    closed=False,
)
RESOURCE = OpenObject(
    known=_RESOURCE,
    harmless="$schema title description profile homepage sources licenses bytes hash scheme hashing stats",
    unread="data charset innerpath extrapaths control layout",
    elsewhere=_EVERYWHERE,
    closed=False,
)
DIALECT = OpenObject(
    known=_DIALECT,
    harmless="$schema name title description csvddfVersion",
    unread="escapeChar commentChar commentRows headerRows headerJoin nullSequence property itemType itemKeys sheetNumber sheetName table",
)
SCHEMA = OpenObject(known=_SCHEMA, harmless="$schema name title description", unread="uniqueKeys foreignKeys")
FIELD = OpenObject(
    known=_FIELD,
    harmless="example examples rdfType comment comments notes categoriesOrdered",
    unread="groupChar categories delimiter itemType currency geojson",
)
