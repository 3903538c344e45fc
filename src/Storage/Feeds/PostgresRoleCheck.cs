using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Progeny.Core.Feeds;
using Progeny.Storage.Common.Postgres;

namespace Progeny.Storage.Feeds;

/// <summary>
/// Checks once, at start, whether the roles of PostgreSQL feeds may do more than read, and whether their connections are protected; warns
/// where not.
/// </summary>
internal sealed partial class PostgresRoleCheck(FeedCatalog feeds, IOptions<FeedsOptions> options, ILogger<PostgresRoleCheck> logger)
    : BackgroundService
{
    private const string Query =
        """
        SELECT concat_ws(', ',
            CASE WHEN r.rolsuper THEN 'it is a superuser' END,
            (SELECT 'it is a member of ' || string_agg(m.rolname, ' and ' ORDER BY m.rolname) FROM pg_roles AS m WHERE NOT r.rolsuper
                AND m.rolname IN ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program', 'pg_signal_backend', 'pg_write_all_data')
                AND pg_has_role(m.oid, 'MEMBER')),
            (SELECT 'it may change the table ' || c.oid::regclass::text || ' and perhaps others' FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
                WHERE NOT r.rolsuper AND c.relkind IN ('r', 'p') AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\_%'
                AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE') ORDER BY c.oid LIMIT 1),
            (SELECT 'it may call ' || min(p.proname) FROM pg_proc AS p WHERE NOT r.rolsuper AND p.proname LIKE 'dblink%'
                AND has_function_privilege(p.oid, 'EXECUTE') HAVING count(*) > 0)) AS powers
        FROM pg_roles AS r WHERE r.rolname = current_user
        """;

    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(30);

    /// <summary>What a feed's role may do beside reading, in words; empty: nothing.</summary>
    public static async Task<string> ReadPowersAsync(IFeed feed, CancellationToken cancellationToken)
    {
        await using var rows = await feed.ReadAsync(Query, new Dictionary<string, object?>(), cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? rows.GetValue(0) as string ?? "" : "";
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var feed in feeds.Postgres)
        {
            if (PostgresTls.FindUnprotected(options.Value.Feeds[feed.Name].ConnectionString) is { } server)
                LogUnprotected(logger, feed.Name, server, PostgresTls.Right);
            using var late = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            late.CancelAfter(MaxTime);
            try
            {
                // The driver does not give up a connection that is being opened: the stop of the node does not wait for it.
                if (await ReadPowersAsync(feed, late.Token).WaitAsync(late.Token) is { Length: > 0 } powers)
                    LogPowers(logger, feed.Name, powers);
            }
            catch (Exception exception) when (exception is FeedException or OperationCanceledException)
            {
                // The feed has logged why it did not answer; it may answer later.
            }
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The role of feed '{Feed}' may do more than read: {Powers}. Give it one that may SELECT what projects need, and no more")]
    private static partial void LogPowers(ILogger logger, string feed, string powers);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Feed '{Feed}' is {Server}; {Right}")]
    private static partial void LogUnprotected(ILogger logger, string feed, string server, string right);
}
