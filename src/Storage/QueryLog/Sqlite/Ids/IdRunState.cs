namespace Progeny.Storage.QueryLog.Sqlite.Ids;

/// <summary>What a run is good for. Stored: the numbers must not change.</summary>
internal enum IdRunState
{
    /// <summary>It is being merged from others; nobody reads it yet.</summary>
    Building,

    Ready,

    /// <summary>Another holds its keys, or its records are gone; its pages are being removed.</summary>
    Gone,
}
