using Npgsql;
using NpgsqlTypes;
using Progeny.Abstractions.QueryLog;

namespace Progeny.Storage.QueryLog.Postgres;

/// <summary>Batches that are appended together, by one statement. However often that is sent, they are appended once.</summary>
internal sealed class AppendPart
{
    private const string Sql = "SELECT append_segments($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

    // Queries of a durable log wait for it, and are refused when it fails.
    private const int LimitSeconds = 5;

    private readonly IReadOnlyList<QueryBatch> _batches;
    private readonly List<long> _hashes = [];
    private readonly long[] _from;
    private readonly long[] _until;
    private long _number;

    /// <exception cref="InvalidDataException">A batch is damaged.</exception>
    public AppendPart(IReadOnlyList<QueryBatch> batches)
    {
        _batches = batches;
        (_from, _until) = (new long[batches.Count], new long[batches.Count]);
        for (var i = 0; i < batches.Count; i++)
            (_from[i], _until[i]) = BatchIndex.Of(batches[i], (_, hash) => _hashes.Add(hash));
    }

    public IReadOnlyList<QueryBatch> Batches => _batches;

    /// <summary>The source of the append; null: it was never sent.</summary>
    public AppendLane? Lane { get; private set; }

    /// <summary>Whether the database confirmed the append.</summary>
    public bool IsCommitted { get; private set; }

    /// <summary>Takes the next number of a source.</summary>
    public void Enter(AppendLane lane) => (Lane, _number) = (lane, lane.Next());

    /// <summary>Sends the statement, which is a transaction.</summary>
    public void Send(NpgsqlConnection connection, LogNames names, bool isDurable)
    {
        using var command = new NpgsqlCommand(Sql, connection) { CommandTimeout = LimitSeconds };
        var (origins, layouts) = (new long[_batches.Count], new long[_batches.Count]);
        for (var i = 0; i < _batches.Count; i++)
            (origins[i], layouts[i]) = (names.OriginOf(connection, _batches[i]), names.LayoutOf(connection, _batches[i].Layout));
        Add(NpgsqlDbType.Uuid, Lane!.Source);
        Add(NpgsqlDbType.Bigint, _number);
        Add(NpgsqlDbType.Boolean, !isDurable);
        Add(NpgsqlDbType.Array | NpgsqlDbType.Integer, _batches.Select(batch => batch.Count).ToArray());
        Add(NpgsqlDbType.Array | NpgsqlDbType.Bigint, origins);
        Add(NpgsqlDbType.Array | NpgsqlDbType.Bigint, layouts);
        Add(NpgsqlDbType.Array | NpgsqlDbType.Bigint, _from);
        Add(NpgsqlDbType.Array | NpgsqlDbType.Bigint, _until);
        Add(NpgsqlDbType.Array | NpgsqlDbType.Bytea, _batches.Select(batch => batch.Data).ToArray());
        Add(NpgsqlDbType.Array | NpgsqlDbType.Bigint, _hashes);
        command.ExecuteNonQuery();
        IsCommitted = true;

        void Add<T>(NpgsqlDbType type, T value) =>
            command.Parameters.Add(new NpgsqlParameter<T> { NpgsqlDbType = type, TypedValue = value });
    }
}
