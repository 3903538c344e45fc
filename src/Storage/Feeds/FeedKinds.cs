namespace Progeny.Storage.Feeds;

internal static class FeedKinds
{
    public const string Sqlite = "sqlite";
    public const string Postgres = "postgresql";

    public static bool IsSqlite(string? kind) => Sqlite.Equals(kind, StringComparison.OrdinalIgnoreCase);

    public static bool IsKnown(string? kind) => IsSqlite(kind) || Postgres.Equals(kind, StringComparison.OrdinalIgnoreCase);
}
