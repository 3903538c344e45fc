using System.Data.Common;
using Dapper;

namespace Progeny.Storage.QueryLog.Archive;

/// <summary>How far each project is archived, beside the log, whose retention waits for it.</summary>
internal static class ArchiveMarks
{
    /// <summary>The table, the same on both databases.</summary>
    public const string Schema =
        """
        -- Records answered before a time, up to a place of the log, are in the archive.
        CREATE TABLE archived (project TEXT PRIMARY KEY, before_at BIGINT NOT NULL, through BIGINT NOT NULL);
        """;

    /// <summary>How far a project is; nothing is archived where there is no mark.</summary>
    public static (long Before, long Through) Read(DbConnection connection, string project) =>
        connection.QuerySingleOrDefault<(long, long)?>(
            "SELECT before_at, through FROM archived WHERE project = @project", new { project }) ?? (long.MinValue, 0);

    /// <summary>All marks.</summary>
    public static Dictionary<string, (long Before, long Through)> ReadAll(DbConnection connection) =>
        connection.Query<(string Project, long Before, long Through)>("SELECT project, before_at, through FROM archived")
            .ToDictionary(row => row.Project, row => (row.Before, row.Through), StringComparer.Ordinal);

    /// <summary>Stores how far a project is; what another node stored before is not taken back.</summary>
    public static int Write(DbConnection connection, string project, long before, long through) => connection.Execute(
        """
        INSERT INTO archived (project, before_at, through) VALUES (@project, @before, @through)
        ON CONFLICT (project) DO UPDATE SET before_at = excluded.before_at, through = excluded.through
            WHERE archived.before_at <= excluded.before_at AND archived.through <= excluded.through
        """,
        new { project, before, through });
}
