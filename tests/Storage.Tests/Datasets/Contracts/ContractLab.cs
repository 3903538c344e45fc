using Microsoft.Extensions.Options;
using Progeny.Core.Common;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Datasets.Contracts;
using Progeny.Core.Releases;
using Progeny.Storage.Datasets;
using Progeny.Storage.Datasets.Contracts;
using Progeny.Storage.Releases;

namespace Progeny.Storage.Tests.Datasets.Contracts;

/// <summary>Datasets on one node, with contracts, and a quick way to put tables.</summary>
internal sealed class ContractLab : IDisposable
{
    public const string Name = "orders";

    private readonly TemporaryFolder folder = new();
    private readonly DatasetDatabase database;
    private readonly ArtifactFiles files;

    public ContractLab(Func<IDataArtifactStore, IDataArtifactStore>? wrap = null, TimeProvider? time = null)
    {
        time ??= TimeProvider.System;
        IDataArtifactStore store = new FileArtifactStore(folder["artifacts"], time);
        var options = new DatasetsOptions { Memory = 256 << 20 };
        files = new ArtifactFiles(wrap?.Invoke(store) ?? store);
        database = new DatasetDatabase(folder["datasets.db"]);
        Catalog = new SqliteDatasetCatalog(database);
        Engine = new DuckDbEngine(options, folder["work"]);
        Judge = new ContractJudge(Catalog, Catalog, Engine, files, time);
        Editor = new ContractEditor(Catalog, Catalog, Engine, files);
        Inference = new ContractInference(Catalog, Engine, files);
        Quarantine = new Quarantine(Catalog, Catalog, Catalog, Judge, Engine, files, new DatasetGates(), Options.Create(options), time);
    }

    public SqliteDatasetCatalog Catalog { get; }

    public DuckDbEngine Engine { get; }

    public ContractJudge Judge { get; }

    public ContractEditor Editor { get; }

    public ContractInference Inference { get; }

    public Quarantine Quarantine { get; }

    public void Dispose()
    {
        database.Dispose();
        folder.Dispose();
    }

    public async Task<ContractVersion> SetAsync(string document)
    {
        await CreateAsync();
        return (await Editor.SetAsync(
            new ContractVersion { Dataset = Name, Document = document, Owner = "data", By = "ann", At = DateTimeOffset.UtcNow },
            null, default))!;
    }

    /// <summary>Puts or appends the rows of a query, as an ingestion does.</summary>
    public async Task<DatasetVersion> PutAsync(string sql, bool isAppended = false, int files = 1, string? once = null)
    {
        await CreateAsync();
        var work = Engine.CreateFolder();
        try
        {
            var paths = new List<string>();
            IReadOnlyList<DatasetColumn> columns;
            await using (var session = Engine.Open(new DuckDbAccess([], [work])))
            {
                await session.ExecuteAsync($"CREATE TABLE t AS SELECT row_number() OVER () - 1 AS place, * FROM ({sql})", default);
                var rows = Convert.ToInt64(await session.ScalarAsync("SELECT count(*) FROM t", default));
                for (var i = 0; i < files; i++)
                {
                    paths.Add(Path.Combine(work, $"rows-{i}.parquet"));
                    await session.ExecuteAsync(
                        $"COPY (SELECT * EXCLUDE (place) FROM t WHERE place * {files} // {Math.Max(1, rows)} = {i} ORDER BY place) "
                        + $"TO '{paths[i]}' (FORMAT parquet)",
                        default);
                }

                columns = await session.QueryAsync(
                    "DESCRIBE SELECT * EXCLUDE (place) FROM t", row => new DatasetColumn(row.GetString(0), row.GetString(1)), default);
            }

            var judgement = await Judge.JudgeAsync(
                new JudgeRequest { Dataset = Name, Columns = columns, Files = paths, Folder = work, IsAppended = isAppended }, default);
            var parts = new List<DatasetPart>();
            foreach (var path in judgement.Files)
            {
                parts.Add(new(
                    await this.files.KeepAsync(path, default),
                    (await QueryAsync($"SELECT count(*)::VARCHAR FROM read_parquet('{path}')", work)).Select(long.Parse).Single(),
                    new FileInfo(path).Length));
            }

            var before = isAppended && await Catalog.FindVersionAsync(Name, null, default) is { } newest ? newest.Rows ?? 0 : 0;
            var version = new NewVersion
            {
                Version = new DatasetVersion
                {
                    Dataset = Name,
                    Origin = isAppended ? "append" : "put",
                    Format = "parquet",
                    Rows = before + parts.Sum(part => part.Rows),
                    CreatedAt = DateTimeOffset.UtcNow,
                    CreatedBy = "ann",
                },
                Parts = parts,
                IsAppended = isAppended,
                Once = once,
            };
            return (await Catalog.AddAsync(judgement.ApplyTo(version), default)).Version;
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    /// <summary>A value of each row of the newest version that is read, as texts, in their order.</summary>
    public async Task<IReadOnlyList<string>> ReadAsync(string expression, int? version = null)
    {
        if (await Catalog.FindVersionAsync(Name, version, default) is not { } found)
            return [];
        var work = Engine.CreateFolder();
        try
        {
            var paths = new List<string>();
            foreach (var part in await Catalog.ListPartsAsync(Name, found.Version, default))
                paths.Add(await files.BringAsync(part.Digest, work, $"{paths.Count}.parquet", default));
            return paths.Count == 0
                ? []
                : await QueryAsync(
                    $"SELECT coalesce(CAST({expression} AS VARCHAR), 'null') FROM "
                        + $"read_parquet({SqlText.List(paths)}, union_by_name = true)",
                    work);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    public async Task<IReadOnlyList<QuarantinedRow>> QuarantinedAsync(int version) =>
        await Quarantine.ShowAsync(Name, version, 0, 10_000, default) ?? [];

    public Task<QuarantineEntry?> ReplayAsync(int version, bool force = false, params (string Column, string Sql)[] mapping) =>
        Quarantine.ReplayAsync(
            new ReplayRequest
            {
                Dataset = Name, Version = version, By = "ann", Force = force,
                Mapping = mapping.ToDictionary(pair => pair.Column, pair => pair.Sql),
            },
            default);

    private Task<DatasetInfo> CreateAsync() => Catalog.CreateAsync(
        new DatasetInfo { Name = Name, CreatedAt = DateTimeOffset.UtcNow, CreatedBy = "ann" }, default);

    private async Task<IReadOnlyList<string>> QueryAsync(string sql, string work)
    {
        await using var session = Engine.Open(new DuckDbAccess([], [work]));
        return await session.QueryAsync(sql, row => row.GetString(0), default);
    }
}
