using Microsoft.Extensions.Options;
using Progeny.Core.Feeds;
using Progeny.Storage.Common;
using Progeny.Storage.Feeds;

namespace Progeny.Storage.Datasets.Lake;

/// <summary>Feeds of kind <c>duckdb</c>: what a project may read of the lake is said by the feed's settings.</summary>
public sealed class LakeFeeds(ILake lake, IOptions<DatasetsOptions> options) : ILakeFeeds
{
    /// <inheritdoc/>
    public IFeed Open(string name, FeedOptions feed, string project)
    {
        ArgumentNullException.ThrowIfNull(feed);
        var folders = LakeFolders.Of(feed.Files);
        var grant = new LakeGrant(project, MayRead) { Folders = folders };
        var timeout = feed.Timeout < options.Value.QueryTime ? feed.Timeout : options.Value.QueryTime;
        return new DuckDbFeed(name, OpenAsync, timeout);

        bool MayRead(string schema, string table) => schema == DatasetLakeSchema.SchemaName
            ? ProjectGrant.Includes(feed.Datasets, table)
            : feed.Records is { } records ? ProjectGrant.Includes(records, table) : table == project;

        async Task<(DuckDbSession Session, string Sql)> OpenAsync(string sql, CancellationToken cancellationToken)
        {
            LakeFolders.Check(folders);
            var session = await lake.OpenAsync(sql, grant, cancellationToken);
            return (session.Session, session.Sql);
        }
    }
}
