using Dapper;
using Progeny.Core.QueryLog;
using Progeny.Core.Security.Audit;

namespace Progeny.Storage.QueryLog;

/// <summary>The codes of what was erased, by which it is known again when it comes back.</summary>
public sealed class ErasureMarks(QueryStore store, AuditSeal seal)
{
    private const int MarksAtOnce = 500;

    /// <summary>Writes a code, unless it is there.</summary>
    internal const string Insert =
        "INSERT INTO erased (mark, project, at, erased_by) VALUES (@mark, @project, @at, @by) ON CONFLICT (mark) DO NOTHING";

    internal bool IsKeyed => seal.IsKeyed;

    internal byte[] OfQuery(string project, string queryId) => seal.OfName($"{project}\0query", queryId);

    internal byte[] OfEntity(string project, string entity) => seal.OfName($"{project}\0entity", entity);

    /// <summary>The items of which nothing was erased.</summary>
    internal Task<IReadOnlyList<T>> KeepOthersAsync<T>(
        string project, IReadOnlyList<T> items, Func<T, byte[]> mark, CancellationToken cancellationToken) => store.ReadAsync(
        IReadOnlyList<T> (snapshot) =>
        {
            if (!snapshot.Connection.ExecuteScalar<bool>("SELECT EXISTS (SELECT 1 FROM erased WHERE project = @project)", new { project }))
                return items;
            var kept = new List<T>(items.Count);
            foreach (var part in items.Chunk(MarksAtOnce))
            {
                var known = snapshot.Connection.Query<byte[]>(
                    $"SELECT mark FROM erased WHERE mark {snapshot.IsAmong("@marks")}",
                    new { marks = part.Select(mark).Distinct(ByteComparer.Instance).ToArray() })
                    .ToHashSet(ByteComparer.Instance);
                kept.AddRange(part.Where(item => !known.Contains(mark(item))));
            }

            return kept;
        },
        cancellationToken);

    internal Task<ErasureNote?> FindAsync(byte[] mark, CancellationToken cancellationToken) => store.ReadAsync(
        snapshot =>
            snapshot.Connection.QuerySingleOrDefault<(long At, string By)?>(
                "SELECT at, erased_by FROM erased WHERE mark = @mark", new { mark }) is var (at, by)
            ? new ErasureNote(QueryCodes.DecodeTime(at), by)
            : null,
        cancellationToken);

    private sealed class ByteComparer : IEqualityComparer<byte[]>
    {
        public static ByteComparer Instance { get; } = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj) => BitConverter.ToInt32(obj);
    }
}
