using Dapper;
using Microsoft.Data.Sqlite;

namespace Progeny.Storage;

/// <summary>Brings a database file of ours to the schema that this program knows.</summary>
internal static class SqliteMigrations
{
    /// <summary>Runs the scripts that the file has not seen yet, all in one transaction that locks out every other process.</summary>
    /// <param name="scripts">The n-th script takes the schema from version n to n + 1. Scripts are never changed, only added.</param>
    /// <exception cref="SchemaVersionException">The file was written by a newer program.</exception>
    public static void Apply(SqliteConnection connection, IReadOnlyList<string> scripts)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        var version = connection.ExecuteScalar<int>("PRAGMA user_version", transaction: transaction);
        if (version > scripts.Count)
            throw new SchemaVersionException(connection.DataSource, version, scripts.Count);
        foreach (var script in scripts.Skip(version))
            connection.Execute(script, transaction: transaction);
        if (version < scripts.Count)
            connection.Execute($"PRAGMA user_version = {scripts.Count}", transaction: transaction);
        transaction.Commit();
    }
}
