using Dapper;
using Microsoft.Data.Sqlite;

namespace Progeny.Storage.Hosting;

/// <summary>Single statements on a SQLite file, whose driver does everything on the calling thread.</summary>
internal static class SqliteCalls
{
    /// <summary>Runs a statement.</summary>
    public static void Run(this SqliteConnection connection, string sql, object? parameters = null) => connection.Execute(sql, parameters);

    /// <summary>The number that a statement selects.</summary>
    public static long Number(this SqliteConnection connection, string sql, object? parameters = null) =>
        connection.ExecuteScalar<long>(sql, parameters);

    /// <summary>The row that a statement selects.</summary>
    public static T Row<T>(this SqliteConnection connection, string sql) => connection.QuerySingle<T>(sql);

    /// <summary>The rows that a statement selects.</summary>
    public static IReadOnlyList<T> Rows<T>(this SqliteConnection connection, string sql) => connection.Query<T>(sql).AsList();
}
