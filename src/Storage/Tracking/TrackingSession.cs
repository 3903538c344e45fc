using System.Data.Common;
using Dapper;

namespace Progeny.Storage.Tracking;

/// <summary>Statements on one connection: of a snapshot, or of a transaction that writes.</summary>
internal readonly record struct TrackingSession(DbConnection Connection, CancellationToken Token)
{
    /// <summary>Runs a statement and returns how many rows it changed.</summary>
    public Task<int> ExecuteAsync(string sql, object? values = null) => Connection.ExecuteAsync(Command(sql, values));

    /// <summary>The first column of the first row; the default where there is no row.</summary>
    public Task<T?> ScalarAsync<T>(string sql, object? values = null) => Connection.ExecuteScalarAsync<T>(Command(sql, values));

    /// <summary>All rows.</summary>
    public async Task<List<T>> ListAsync<T>(string sql, object? values, Func<DbDataReader, T> read)
    {
        var rows = new List<T>();
        await using var reader = await Connection.ExecuteReaderAsync(Command(sql, values));
        while (await reader.ReadAsync(Token))
            rows.Add(read(reader));
        return rows;
    }

    /// <summary>The first row; the default: there is none.</summary>
    public async Task<T?> FirstAsync<T>(string sql, object? values, Func<DbDataReader, T> read)
    {
        await using var reader = await Connection.ExecuteReaderAsync(Command(sql, values));
        return await reader.ReadAsync(Token) ? read(reader) : default;
    }

    private CommandDefinition Command(string sql, object? values) => new(sql, values, cancellationToken: Token);
}
