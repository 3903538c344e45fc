namespace Progeny.Abstractions.QueryLog;

/// <summary>How the log of queries carries a field's values.</summary>
public enum QueryFieldType
{
    /// <summary>A 32-bit float.</summary>
    Float,

    /// <summary>A 64-bit integer.</summary>
    Integer,

    Boolean,

    Text,
}
