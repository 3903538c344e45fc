using Dapper;
using Progeny.Core.Security;
using Progeny.Storage.Common.Postgres;

namespace Progeny.Storage.Security;

/// <summary>
/// Keys of sessions in the cluster's database. Its callers know no asynchronous calls; they read once a day, and write every few months.
/// </summary>
public sealed class PostgresSessionKeyStore(ClusterDatabase database) : ISessionKeyStore
{
    internal const string Schema = """
        CREATE TABLE session_keys (name text PRIMARY KEY, xml text NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
        """;

    /// <inheritdoc/>
    public IReadOnlyList<string> Read()
    {
        using var connection = database.Source.OpenConnection();
        return [.. connection.Query<string>("SELECT xml FROM session_keys ORDER BY created_at, name")];
    }

    /// <inheritdoc/>
    public void Add(string name, string xml)
    {
        using var connection = database.Source.OpenConnection();
        connection.Execute("INSERT INTO session_keys (name, xml) VALUES (@name, @xml) ON CONFLICT DO NOTHING", new { name, xml });
    }
}
