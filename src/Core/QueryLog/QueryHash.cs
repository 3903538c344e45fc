namespace Progeny.Core.QueryLog;

/// <summary>The hash by which queries are found and sampled. It is stored: it must not change.</summary>
public static class QueryHash
{
    private const ulong Offset = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>64 bits over project and query id: FNV-1a over UTF-16 units, mixed as MurmurHash3 ends. Finds, never proves.</summary>
    public static long Of(ReadOnlySpan<char> project, ReadOnlySpan<char> queryId) => Of(Begin(project), queryId);

    /// <summary>The state after the project, for many ids of one project.</summary>
    internal static ulong Begin(ReadOnlySpan<char> project)
    {
        var hash = Offset;
        foreach (var c in project)
            hash = (hash ^ c) * Prime;
        // No text holds this, so ("a", "bc") and ("ab", "c") part.
        return (hash ^ 0x1_0000) * Prime;
    }

    internal static long Of(ulong begun, ReadOnlySpan<char> queryId)
    {
        var hash = begun;
        foreach (var c in queryId)
            hash = (hash ^ c) * Prime;
        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
        return (long)(hash ^ (hash >> 33));
    }
}
