using System.Net.Sockets;
using Npgsql;
using Progeny.Abstractions.Common;

namespace Progeny.Storage.Common.Postgres;

/// <summary>Tells failures of the database, which pass by themselves, from errors of a statement.</summary>
internal static class PostgresFaults
{
    // Classes of SQLSTATE: connections (08), a transaction that the server ended (40), resources such as connections and the disk (53),
    // limits reached, which a cancelled statement has (57), and input and output of the server (58). 25006 is a server that takes no
    // writes.
    private static readonly string[] Classes = ["08", "40", "53", "57", "58"];
    private const string ReadOnly = "25006";

    /// <summary>Whether the same statement may succeed a little later.</summary>
    public static bool IsTransient(Exception exception) => exception switch
    {
        PostgresException { SqlState: var state } => state == ReadOnly || Array.Exists(Classes, state.StartsWith),
        NpgsqlException => true,
        // What waiting does not change: an operator has to.
        SchemaVersionException or ClusterNameException => false,
        TimeoutException or SocketException or IOException => true,
        _ => false,
    };

    /// <summary>The failure as callers know it; it says what the database said.</summary>
    public static StorageUnavailableException Unavailable(Exception exception) =>
        new($"The cluster's database does not answer now: {exception.Message}", exception);
}
