namespace Progeny.Core.Manifests;

/// <summary>When a query's record is on disk, seen from its answer.</summary>
public enum QueryLogMode
{
    /// <summary>Within 100 ms after the answer; a machine that dies may lose that much.</summary>
    Fast,

    /// <summary>Before the answer.</summary>
    Durable,

    /// <summary>Never.</summary>
    None,
}
