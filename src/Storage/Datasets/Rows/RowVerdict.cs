namespace Progeny.Storage.Datasets.Rows;

/// <summary>What is known of the key of a row.</summary>
internal enum RowVerdict
{
    /// <summary>Nothing: the row is stored.</summary>
    New,

    /// <summary>It has come with the same contents.</summary>
    Repeated,

    /// <summary>It has come with other contents.</summary>
    Conflicting,
}
