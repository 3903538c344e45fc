using Microsoft.Extensions.Options;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Datasets.Rows;

namespace Progeny.Storage.Datasets.Rows;

/// <summary>
/// Appended rows for who reads the newest table. Where a contract judges the dataset, they are judged first, and read as a version.
/// </summary>
internal sealed class DatasetTail(
    IAppendedRows rows,
    ISegmentMaker segments,
    DuckDbEngine engine,
    ArtifactFiles artifacts,
    IDatasetJudge judge,
    IOptions<AppendOptions> options) : IDatasetTail
{
    // More than that is a sign that segments are not made as fast as rows come; they are made now.
    private const int MaxSegments = 4;

    /// <inheritdoc/>
    public async Task<TailedTable?> ReadAsync(string dataset, string folder, CancellationToken cancellationToken)
    {
        var waiting = await rows.ReadAsync(dataset, options.Value.SegmentBytes * MaxSegments, cancellationToken);
        if (waiting.Batches.Count == 0)
            return null;
        if (waiting.IsPartial)
            return await ReadVersionAsync();
        var own = Path.Combine(folder, $"tail-{Guid.NewGuid():n}");
        Directory.CreateDirectory(own);
        var table = await RowTable.WriteAsync(engine, artifacts, waiting, own, cancellationToken);
        var judgement = await judge.JudgeAsync(
            new JudgeRequest { Dataset = dataset, Columns = table.Columns, Files = [table.Path], Folder = own, IsAppended = true },
            cancellationToken);
        if (judgement.Contract is not null)
            return await ReadVersionAsync();
        return new TailedTable
        {
            Version = waiting.Version,
            Parts = waiting.Parts,
            Columns = table.Columns,
            Path = table.Path,
            Rows = table.Rows,
        };

        async Task<TailedTable?> ReadVersionAsync()
        {
            await FlushAsync(dataset, cancellationToken);
            return null;
        }
    }

    /// <inheritdoc/>
    public Task FlushAsync(string dataset, CancellationToken cancellationToken) => segments.FlushAsync(dataset, cancellationToken);
}
