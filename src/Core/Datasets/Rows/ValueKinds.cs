namespace Progeny.Core.Datasets.Rows;

/// <summary>What values of JSON a column of appended rows has.</summary>
[Flags]
public enum ValueKinds
{
    /// <summary>Nothing but null.</summary>
    None = 0,

    /// <summary>true or false.</summary>
    Boolean = 1,

    /// <summary>A whole number that a DOUBLE holds exactly.</summary>
    Whole = 2,

    /// <summary>A whole number that a BIGINT holds and a DOUBLE may not.</summary>
    Large = 4,

    /// <summary>A number with a fraction or an exponent that a DOUBLE holds.</summary>
    Number = 8,

    /// <summary>A number that neither BIGINT nor DOUBLE holds with all its digits.</summary>
    Wide = 16,

    /// <summary>A text.</summary>
    Text = 32,

    /// <summary>An object or an array.</summary>
    Nested = 64,
}
