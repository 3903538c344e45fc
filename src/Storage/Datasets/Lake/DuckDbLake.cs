using Progeny.Core.Common;
using Progeny.Core.Datasets.Catalog;

namespace Progeny.Storage.Datasets.Lake;

/// <summary>Opens sessions of DuckDB that show the tables of schemas.</summary>
public sealed class DuckDbLake(DuckDbEngine engine, QueryTurns turns, IEnumerable<ILakeSchema> schemas) : ILake
{
    private readonly Dictionary<string, ILakeSchema> _schemas = schemas.ToDictionary(schema => schema.Name, StringComparer.Ordinal);

    /// <inheritdoc/>
    public async Task<LakeSession> OpenAsync(string sql, LakeGrant grant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sql);
        ArgumentNullException.ThrowIfNull(grant);
        var (rewritten, serialize) = Prepare(sql);
        var session = engine.Open(new DuckDbAccess([], grant.Folders), turn: await turns.TakeAsync(cancellationToken));
        try
        {
            await LakeSql.LimitAsync(session, cancellationToken);
            if (grant.Folders is [var first, ..])
                await session.ExecuteAsync($"CREATE MACRO files(path) AS {SqlText.Literal(first + '/')} || path", cancellationToken);
            var tables = LakeSql.Read((string)(await session.ScalarAsync(serialize, cancellationToken))!, rewritten);
            List<DatasetVersion> versions = [];
            foreach (var table in tables)
            {
                var found = await FindAsync(table, grant, session.Folder, cancellationToken);
                if (found.Version is { } version)
                    versions.Add(version);
                if (found.FillAsync is { } fill)
                    await fill(session, cancellationToken);
                var schema = SqlText.Name(table.SchemaName);
                await session.ExecuteAsync(
                    $"CREATE SCHEMA IF NOT EXISTS {schema}; CREATE VIEW {schema}.{SqlText.Name(table.Name)} AS {found.Sql}",
                    cancellationToken);
            }

            return new LakeSession(session, rewritten, tables, versions);
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    private static (string Rewritten, string Serialize) Prepare(string sql)
    {
        try
        {
            var rewritten = LakeSql.RewriteVersions(sql);
            return (rewritten, LakeSql.Serialize(rewritten));
        }
        catch (FormatException exception)
        {
            throw new LakeException(exception.Message, exception);
        }
    }

    /// <remarks>A table that there is not and one that the reader may not read are not told apart.</remarks>
    private async Task<LakeTable> FindAsync(
        LakeReference table, LakeGrant grant, string folder, CancellationToken cancellationToken)
    {
        if (!_schemas.TryGetValue(table.Schema, out var schema))
        {
            throw new LakeException(_schemas.Count > 0
                ? $"There is no schema '{table.Schema}'; there are {string.Join(", ", _schemas.Keys.Order(StringComparer.Ordinal))}."
                : $"The table {table} is one of a server; here there are only the files of the feed ({"files('NAME')"}).");
        }

        return (grant.MayRead(table.Schema, table.Name) ? await schema.FindAsync(table, folder, cancellationToken) : null)
            ?? throw new LakeException(
                $"There is no {schema.Noun} '{table.Name}' that '{grant.Reader}' may read ({table}).");
    }
}
