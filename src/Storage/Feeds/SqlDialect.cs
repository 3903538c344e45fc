namespace Progeny.Storage.Feeds;

/// <summary>Where the two databases read the same characters differently.</summary>
internal enum SqlDialect
{
    Sqlite,
    Postgres,
}
