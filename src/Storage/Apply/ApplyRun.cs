using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using DuckDB.NET.Native;
using Progeny.Core.Apply;
using Progeny.Core.Common;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Releases;
using Progeny.Core.Serving;
using Progeny.Storage.Datasets;

namespace Progeny.Storage.Apply;

/// <summary>One attempt at the chunks of a job that are not done yet.</summary>
internal sealed class ApplyRun(
    ApplyWork work,
    ApplyPlan plan,
    IReadOnlyList<ApplyChunk> done,
    ApplyEngine predictor,
    IApplyLedger ledger,
    DuckDbEngine engine,
    ArtifactFiles files,
    IDataArtifactStore artifacts,
    ApplyOptions options)
{
    private const int WaitingBatches = 8;

    private readonly List<ApplyChunk> chunks = [.. done];
    private readonly long skipped = done.Sum(chunk => chunk.Rows);
    private readonly BadRows bad = new();
    private readonly TaskCompletionSource<(OutputTable First, OutputTable Second)> output =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A file with no predictions, where no chunk has any.</summary>
    public DatasetPart? Empty { get; private set; }

    /// <summary>Does what is left.</summary>
    /// <returns>All chunks.</returns>
    public async Task<IReadOnlyList<ApplyChunk>> RunAsync(CancellationToken cancellationToken)
    {
        var threads = options.ThreadsOfWork;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var toPredict = Channel.CreateBounded<ApplyBatch>(WaitingBatches);
        var toWrite = Channel.CreateBounded<ApplyBatch>(WaitingBatches + threads);
        List<Task> all =
        [
            Watched("apply reader", () => ReadAsync(toPredict.Writer, toWrite.Writer, stop.Token)),
            Watched("apply writer", () => WriteAsync(toWrite.Reader, stop.Token)),
        ];
        for (var thread = 0; thread < threads; thread++)
            all.Add(Watched("apply model", () => PredictAsync(toPredict.Reader, stop.Token)));
        try
        {
            await Task.WhenAll(all);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The first that failed stopped the others.
            await (all.Find(task => task.IsFaulted) ?? Task.WhenAll(all));
        }
        finally
        {
            while (toWrite.Reader.TryRead(out var batch))
                batch.Source.Release();
            if (output.Task.IsCompletedSuccessfully)
            {
                var (first, second) = await output.Task;
                await first.DisposeAsync();
                await second.DisposeAsync();
            }
        }

        return chunks;

        async Task Watched(string name, Func<Task> part)
        {
            try
            {
                await LowPriorityThread.RunAsync(name, options.LowPriority, part);
            }
            catch (Exception exception)
            {
                // What fails because the others were stopped is not why they were.
                if (stop.IsCancellationRequested && exception is not OperationCanceledException)
                    throw new OperationCanceledException(exception.Message, exception, stop.Token);
                await stop.CancelAsync();
                throw;
            }
        }
    }

    private async Task ReadAsync(
        ChannelWriter<ApplyBatch> toPredict, ChannelWriter<ApplyBatch> toWrite, CancellationToken cancellationToken)
    {
        var schema = predictor.Schema;
        var served = work.Arm.Served;
        var columns = new InputColumns(
            plan.Columns, schema, work.Request.Keep, canFill: served.Augmenters.Count > 0 || served.Rules is not null);
        var table = await ApplyInput.BringAsync(files, plan, work.Folder, cancellationToken);
        await using var session = engine.Open(new DuckDbAccess([], [work.Folder]));
        using var interrupt = cancellationToken.Register(() => NativeMethods.Startup.DuckDBInterrupt(session.Connection.NativeConnection));
        var offset = skipped == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" OFFSET {skipped}");
        using var stream = ChunkStream.Open(session.Connection, $"SELECT {columns.SelectList} FROM {table}{offset}");
        var fillers = columns.Fillers(stream, schema);
        output.SetResult((OpenOutput(columns, stream, served), OpenOutput(columns, stream, served)));
        var next = skipped;
        while (next < plan.Rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var chunk = stream.Next()
                ?? throw new ApplyException($"The input has {next} rows; its catalog says {plan.Rows}.");
            var source = new SharedChunk(chunk);
            try
            {
                var size = (int)NativeMethods.DataChunks.DuckDBDataChunkGetSize(chunk);
                for (var first = 0; first < size;)
                {
                    if (work.Request.Log && next % plan.ChunkRows == 0)
                        await ledger.SavePlanAsync(work.Job, plan with { Logging = (int)(next / plan.ChunkRows) }, cancellationToken);
                    var count = (int)Math.Min(Math.Min(predictor.BatchRows, size - first), plan.ChunkRows - (next % plan.ChunkRows));
                    var batch = Read(source, first, count, next, fillers);
                    (first, next) = (first + count, next + count);
                    await toWrite.WriteAsync(batch, cancellationToken);
                    await toPredict.WriteAsync(batch, cancellationToken);
                }
            }
            finally
            {
                source.Release();
            }
        }

        toPredict.Complete();
        toWrite.Complete();
    }

    private OutputTable OpenOutput(InputColumns columns, ChunkStream stream, ServedGeneration served) => new(
        engine.Open(new DuckDbAccess([], [work.Folder])),
        columns,
        stream,
        [.. served.Manifest.Label?.Classes ?? []],
        served.Rules is not null,
        served.Reference.ToString(),
        work.Request.Log ? work.Job : null);

    private ApplyBatch Read(SharedChunk source, int first, int count, long next, IReadOnlyList<(int Column, CellFiller Filler)> fillers)
    {
        var classes = work.Arm.Served.Manifest.Label?.Classes.Count ?? 0;
        var answers = new ApplyAnswers(count, Math.Max(1, classes));
        var rows = predictor.Schema.Rent();
        rows.AddRows(count);
        foreach (var (column, filler) in fillers)
            filler.Fill(new InputVector(source.Chunk, column), first, rows, answers);
        int[] places = [.. Enumerable.Range(0, count)];
        if (answers.Bad > 0)
        {
            places = Array.FindAll(places, row => answers.ProblemOf(row) is null);
            var whole = rows;
            rows = whole.Take(places);
            whole.Dispose();
        }

        return new ApplyBatch
        {
            Source = source.Hold(),
            Offset = first,
            First = next + 1,
            IsLast = next + count == plan.Rows || (next + count) % plan.ChunkRows == 0,
            Rows = rows,
            Places = places,
            Answers = answers,
        };
    }

    private async Task PredictAsync(ChannelReader<ApplyBatch> batches, CancellationToken cancellationToken)
    {
        await foreach (var batch in batches.ReadAllAsync(cancellationToken))
        {
            if (batch.Places.Length == 0)
                batch.Rows.Dispose();
            else
                await predictor.RunAsync(batch.Rows, batch.Places, batch.Answers, batch.First, cancellationToken);
            batch.End();
        }
    }

    /// <remarks>While a chunk is written, the rows of the next one are gathered in another table.</remarks>
    private async Task WriteAsync(ChannelReader<ApplyBatch> batches, CancellationToken cancellationToken)
    {
        var (table, next) = await output.Task.WaitAsync(cancellationToken);
        var ending = Task.CompletedTask;
        try
        {
            await foreach (var (rows, badRows) in GatherAsync(() => table, batches, cancellationToken))
            {
                await ending;
                ending = EndChunkAsync(table, rows, badRows, cancellationToken);
                (table, next) = (next, table);
            }
        }
        finally
        {
            // Not thrown twice: what failed above is why the work ends.
            await Task.WhenAny(ending);
        }

        await ending;
        if (chunks.TrueForAll(chunk => chunk.Output is null))
        {
            var path = Path.Combine(work.Folder, "empty.parquet");
            await table.WriteAsync(path, cancellationToken);
            Empty = new DatasetPart(await files.KeepAsync(path, cancellationToken), 0, new FileInfo(path).Length);
        }
    }

    /// <summary>Adds batches to a table until a chunk is whole.</summary>
    /// <returns>For each chunk the rows of the input that it took, and those without a prediction.</returns>
    private async IAsyncEnumerable<(long Rows, (long Count, Stream Lines) Bad)> GatherAsync(
        Func<OutputTable> table, ChannelReader<ApplyBatch> batches, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var rows = 0L;
        var badBefore = plan.BrokenLines + done.Sum(chunk => chunk.BadRows);
        CheckBad(badBefore);
        await foreach (var batch in batches.ReadAllAsync(cancellationToken))
        {
            try
            {
                await batch.Ended.WaitAsync(cancellationToken);
                table().Add(batch);
                bad.Add(batch);
            }
            finally
            {
                batch.Source.Release();
            }

            rows += batch.Answers.Rows;
            CheckBad(badBefore + bad.Count);
            if (!batch.IsLast)
                continue;
            badBefore += bad.Count;
            yield return (rows, (bad.Count, bad.Take()));
            rows = 0;
        }
    }

    private async Task EndChunkAsync(
        OutputTable table, long rows, (long Count, Stream Lines) badRows, CancellationToken cancellationToken)
    {
        await using var lines = badRows.Lines;
        var chunk = new ApplyChunk { Number = chunks.Count, Rows = rows, BadRows = badRows.Count };
        if (table.Rows > 0)
        {
            chunk = chunk with { OutputRows = table.Rows };
            var path = Path.Combine(work.Folder, string.Create(CultureInfo.InvariantCulture, $"output-{chunk.Number}.parquet"));
            await table.WriteAsync(path, cancellationToken);
            chunk = chunk with { Output = await files.KeepAsync(path, cancellationToken), OutputBytes = new FileInfo(path).Length };
            File.Delete(path);
        }

        if (chunk.BadRows > 0)
        {
            work.Note($"Chunk {chunk.Number}: {chunk.BadRows} bad rows, the first of all {bad.First}");
            chunk = chunk with { Bad = await artifacts.PutAsync(lines, long.MaxValue, cancellationToken) };
        }

        if (!await ledger.AddChunkAsync(work.Job, chunk, cancellationToken))
            throw new ApplyException($"Chunk {chunk.Number} was done by another attempt at the same time.");
        chunks.Add(chunk);
        work.Progress.Report((chunks.Sum(made => made.Rows), plan.Rows));
    }

    private void CheckBad(long count)
    {
        if (work.Request.MaxBadRows is { } max && count > max)
            throw new ApplyException(
                $"{count} rows or more are bad, and max_bad_rows is {max}; {bad.First ?? "the lists of the chunks say which and why"}.");
    }
}
