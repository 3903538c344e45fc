namespace Progeny.Storage.Feeds;

internal static class FeedKinds
{
    public const string Sqlite = "sqlite";
    public const string Postgres = "postgresql";
    public const string DuckDb = "duckdb";

    /// <summary>All kinds, for messages.</summary>
    public const string All = $"{Sqlite}, {Postgres} or {DuckDb}";

    public static bool IsSqlite(string? kind) => Sqlite.Equals(kind, StringComparison.OrdinalIgnoreCase);

    public static bool IsDuckDb(string? kind) => DuckDb.Equals(kind, StringComparison.OrdinalIgnoreCase);

    public static bool IsKnown(string? kind) =>
        IsSqlite(kind) || IsDuckDb(kind) || Postgres.Equals(kind, StringComparison.OrdinalIgnoreCase);
}
