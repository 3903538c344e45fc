using Microsoft.Data.Sqlite;
using Npgsql;
using Progeny.Abstractions.Common;
using Progeny.Core.Releases;

namespace Progeny.Storage.Hosting;

/// <summary>Says for people why a move failed.</summary>
internal static class MoveFaults
{
    private const int SqliteFull = 13;

    /// <summary>Runs a move.</summary>
    /// <param name="undone">What became of what was moved so far.</param>
    /// <exception cref="MoveException">It failed.</exception>
    public static async Task<T> RunAsync<T>(Func<Task<T>> move, string undone)
    {
        try
        {
            return await move();
        }
        catch (Exception exception) when (Describe(exception) is { } reason)
        {
            throw new MoveException($"{reason} {undone}", exception);
        }
    }

    private static string? Describe(Exception exception) => exception switch
    {
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } full => $"The disk of the database server is full: {full.MessageText}.",
        PostgresException refused => $"The cluster's database refused: {refused.MessageText} ({refused.SqlState}).",
        NpgsqlException away => $"The cluster's database does not answer: {away.Message}",
        SqliteException { SqliteErrorCode: SqliteFull } => "The disk of the data folder is full.",
        SqliteException failed => $"The data folder cannot be read or written: {failed.Message}.",
        InvalidDataException damaged => $"The query log is damaged: {damaged.Message}",
        StorageUnavailableException or ArtifactCorruptException or ArtifactMissingException => exception.Message,
        _ => null,
    };
}
