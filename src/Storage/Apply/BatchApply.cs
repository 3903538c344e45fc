using DuckDB.NET.Data;
using Progeny.Core.Apply;
using Progeny.Core.Common;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.QueryLog;
using Progeny.Core.Releases;
using Progeny.Core.Serving.Inference;
using Progeny.Storage.Datasets;

namespace Progeny.Storage.Apply;

/// <summary>
/// Applies a generation to rows in Parquet files: one thread reads them with DuckDB, some run the model, one writes the predictions of
/// each chunk into a Parquet file in the artifact store and notes the chunk in the ledger. All of them have the lowest priority.
/// </summary>
public sealed class BatchApply(
    IApplyLedger ledger,
    ApplyInput inputs,
    ApplyOutput outputs,
    DuckDbEngine engine,
    ArtifactFiles files,
    IDataArtifactStore artifacts,
    InferencePipeline pipeline,
    QueryLogBuffer queryBuffer,
    IQueryLog queryLog,
    ApplyOptions options,
    TimeProvider time) : IBatchApply
{
    /// <inheritdoc/>
    public async Task<ApplyReport> RunAsync(ApplyWork work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        try
        {
            return await MakeAsync(work, cancellationToken);
        }
        catch (DuckDBException exception)
        {
            throw new ApplyException($"DuckDB failed: {exception.Message}", exception);
        }
    }

    private async Task<ApplyReport> MakeAsync(ApplyWork work, CancellationToken cancellationToken)
    {
        var plan = await ledger.FindPlanAsync(work.Job, cancellationToken);
        if (plan?.Report is { } made)
            return made;
        await outputs.CheckAsync(work, cancellationToken);
        if (plan is null)
        {
            await LowPriorityThread.RunAsync(
                "apply input",
                options.LowPriority,
                async () => plan = await inputs.FixAsync(work, work.Arm.Served.Schema, cancellationToken));
            await ledger.SavePlanAsync(work.Job, plan!, cancellationToken);
        }

        var chunks = await ledger.ListChunksAsync(work.Job, cancellationToken);
        work.Note($"{plan!.Input}: {plan.Rows} rows in {plan.Parts.Count} files, {chunks.Count} chunks of {plan.ChunkRows} rows done.");
        var log = work.Request.Log
            ? new ApplyLog(work.Job, work.Project, queryBuffer, queryLog, time)
            {
                RecordedBelow = plan.Logging is { } logging ? ((long)(logging + 1) * plan.ChunkRows) + 1 : 0,
            }
            : null;
        if (log is not null)
            await log.FlushAsync(cancellationToken);
        var engineOfJob = new ApplyEngine(pipeline, work.Arm, log, time);
        var run = new ApplyRun(work, plan, chunks, engineOfJob, ledger, engine, files, artifacts, options);
        var done = await run.RunAsync(cancellationToken);
        var parts = done.Where(chunk => chunk.Output is not null)
            .Select(chunk => new DatasetPart(chunk.Output!, chunk.OutputRows, chunk.OutputBytes)).ToList();
        if (parts.Count == 0)
            parts.Add(run.Empty!);
        var report = new ApplyReport { Generation = "", Input = "", Rows = 0, Predicted = 0, BadRows = 0, Output = "" };
        await LowPriorityThread.RunAsync(
            "apply output", options.LowPriority, async () => report = await outputs.MakeAsync(work, plan, done, parts, cancellationToken));
        plan = await ledger.FindPlanAsync(work.Job, cancellationToken);
        await ledger.SavePlanAsync(work.Job, plan! with { Report = report }, cancellationToken);
        return report;
    }
}
