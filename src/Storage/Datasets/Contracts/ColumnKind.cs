namespace Progeny.Storage.Datasets.Contracts;

/// <summary>What kind of type DuckDB has for a column.</summary>
internal enum ColumnKind
{
    Text,
    Whole,
    Decimal,
    Double,
    Boolean,
    Date,
    Time,
    Nested,
    Other,
}
