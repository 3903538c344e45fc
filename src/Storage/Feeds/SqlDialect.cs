namespace Progeny.Storage.Feeds;

/// <summary>Where databases read the same characters differently.</summary>
internal enum SqlDialect
{
    Sqlite,
    Postgres,
    DuckDb,
}
