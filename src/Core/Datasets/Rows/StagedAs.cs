namespace Progeny.Core.Datasets.Rows;

/// <summary>How values of JSON are held before their column has its type.</summary>
public enum StagedAs
{
    /// <summary>As a truth value.</summary>
    Boolean,

    /// <summary>As a BIGINT.</summary>
    Whole,

    /// <summary>As a DOUBLE.</summary>
    Number,

    /// <summary>Texts as they are, everything else as JSON writes it.</summary>
    Text,

    /// <summary>As JSON writes it, texts in quotes.</summary>
    Json,
}
