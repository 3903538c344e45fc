using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Progeny.Core.QueryLog;

/// <summary>The hash by which queries are found and sampled: XXH3 over the UTF-16 of the query id, seeded by that of the project.</summary>
/// <remarks>It is stored, so it must not change.</remarks>
public static class QueryHash
{
    /// <summary>64 bits over project and query id. They find a query, and never prove that it is the one.</summary>
    public static long Of(ReadOnlySpan<char> project, ReadOnlySpan<char> queryId) => Of(SeedOf(project), queryId);

    /// <summary>The seed of a project, for many ids of it.</summary>
    internal static long SeedOf(ReadOnlySpan<char> project) => Of(0, project);

    internal static long Of(long seed, ReadOnlySpan<char> queryId) =>
        unchecked((long)XxHash3.HashToUInt64(MemoryMarshal.AsBytes(queryId), seed));
}
