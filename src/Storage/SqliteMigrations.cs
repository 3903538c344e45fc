using Dapper;
using Microsoft.Data.Sqlite;

namespace Progeny.Storage;

/// <summary>Brings a database file of ours to the schema that this program knows.</summary>
internal static class SqliteMigrations
{
    /// <summary>Runs the steps that the file has not seen yet, all in one transaction that locks out every other process.</summary>
    /// <param name="steps">The n-th step takes the schema from version n to n + 1.</param>
    /// <exception cref="SchemaVersionException">The file was written by a newer program.</exception>
    public static void Apply(SqliteConnection connection, IReadOnlyList<SqliteMigration> steps)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        var version = connection.ExecuteScalar<int>("PRAGMA user_version", transaction: transaction);
        if (version > steps.Count)
            throw new SchemaVersionException(connection.DataSource, version, steps.Count);
        foreach (var step in steps.Skip(version))
        {
            connection.Execute(step.Script, transaction: transaction);
            step.Convert?.Invoke(connection);
        }

        if (version < steps.Count)
            connection.Execute($"PRAGMA user_version = {steps.Count}", transaction: transaction);
        transaction.Commit();
    }
}
