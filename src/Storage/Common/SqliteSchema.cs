using Dapper;
using Microsoft.Data.Sqlite;

namespace Progeny.Storage.Common;

/// <summary>The schema of a database file of ours, which has a version.</summary>
internal static class SqliteSchema
{
    /// <summary>Creates the schema in an empty file, in one transaction that locks out every other process.</summary>
    /// <exception cref="SchemaVersionException">The file has the schema of another version.</exception>
    public static void Create(SqliteConnection connection, string script, int version)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        var found = connection.ExecuteScalar<int>("PRAGMA user_version", transaction: transaction);
        if (found == version)
            return;
        if (found != 0)
            throw new SchemaVersionException(connection.DataSource, found, version);
        connection.Execute($"{script} PRAGMA user_version = {version};", transaction: transaction);
        transaction.Commit();
    }
}
