namespace Progeny.Storage.Hosting;

/// <summary>What a column holds on both databases.</summary>
internal enum ColumnKind
{
    /// <summary>A whole number, <c>int</c> in PostgreSQL.</summary>
    Int,

    /// <summary>A whole number, <c>bigint</c> in PostgreSQL.</summary>
    Bigint,

    /// <summary>A floating-point number.</summary>
    Double,

    /// <summary>A text.</summary>
    Text,

    /// <summary>Bytes.</summary>
    Bytea,

    /// <summary>JSON, a text in SQLite.</summary>
    Jsonb,

    /// <summary>A moment, a text in SQLite.</summary>
    Timestamptz,
}
