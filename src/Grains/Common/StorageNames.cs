namespace Progeny.Grains.Common;

/// <summary>The names under which hosts register what grains store in.</summary>
public static class StorageNames
{
    /// <summary>The grain storage of all grains.</summary>
    public const string Grains = "grains";

    /// <summary>In a cluster, the storage of Orleans behind <see cref="Grains"/>.</summary>
    public const string Database = "database";

    /// <summary>
    /// The grain storage of who subscribed to which stream: it lives as long as the streams, which are in memory; in a cluster longer than
    /// any silo.
    /// </summary>
    public const string PubSub = "PubSubStore";

    /// <summary>How Orleans' ADO.NET providers call SQLite.</summary>
    public const string SqliteInvariant = "System.Data.SQLite";

    /// <summary>How Orleans' ADO.NET providers call PostgreSQL.</summary>
    public const string PostgresInvariant = "Npgsql";
}
