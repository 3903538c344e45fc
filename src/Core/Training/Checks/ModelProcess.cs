using System.Collections.Concurrent;
using System.Globalization;
using Progeny.Core.Common;
using Progeny.Core.Training.Sandbox;

namespace Progeny.Core.Training.Checks;

/// <summary>
/// Checks models in a process of its own, with the care of a trainer's: a model that loops, crashes or takes all memory ends that process,
/// and nothing else.
/// </summary>
/// <param name="runMemory">The memory that runs of a model may take, in bytes.</param>
/// <param name="maxRunTime">The longest that a run may take.</param>
/// <param name="sandbox">Where the process runs; null: like any program.</param>
public sealed class ModelProcess(
    TrainerOptions options, long runMemory, TimeSpan maxRunTime, TimeProvider time, ProgramSandbox? sandbox = null) : IModelCheck
{
    /// <summary>The most processes of all projects; one project has one at a time.</summary>
    private const int MaxProcesses = 8;

    private readonly SemaphoreSlim _all = new(MaxProcesses);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _projects = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public async Task<ModelFindings> RunAsync(ModelCheckRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!File.Exists(request.Model))
            throw Failed($"There is no {Path.GetFileName(request.Model)}: the trainer must leave its model in that file.");
        if (!File.Exists(options.ModelCheck))
            throw Failed($"The program that checks models is not at {options.ModelCheck} (Trainer:ModelCheck).");
        var project = _projects.GetOrAdd(request.Manifest.Name, static _ => new SemaphoreSlim(1));
        await project.WaitAsync(cancellationToken);
        try
        {
            await _all.WaitAsync(cancellationToken);
            try
            {
                return await RunProcessAsync(request, cancellationToken);
            }
            finally
            {
                _all.Release();
            }
        }
        finally
        {
            project.Release();
        }
    }

    private async Task<ModelFindings> RunProcessAsync(ModelCheckRequest request, CancellationToken cancellationToken)
    {
        var memory = options.CheckMemory + (options.CheckMemoryFactor * new FileInfo(request.Model).Length);
        var folder = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(request.Model))!, $"check-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        try
        {
            var limited = request with { Memory = memory, RunMemory = runMemory, MaxRunTime = maxRunTime };
            await ModelCheckFiles.WriteAsync(folder, limited with { Model = Path.GetFullPath(request.Model) }, cancellationToken);
            List<string?> reads = [
                .. ProgramSandbox.FoldersOf(options.ModelCheck),
                request.Model,
                request.Data,
                request.Predictions,
                request.Evaluate,
            ];
            var result = await new TrainerProcess(options, time, sandbox).RunAsync(
                Command(), folder, options.CheckTime, memory, _ => { }, cancellationToken, [.. reads.OfType<string>()]);
            cancellationToken.ThrowIfCancellationRequested();
            if (result.Verdict is not TrainerVerdict.Succeeded)
                throw Failed(Describe(result, memory));
            return await ModelCheckFiles.ReadFindingsAsync(folder, request.Manifest, cancellationToken);
        }
        finally
        {
            JobFolder.Delete(folder);
        }
    }

    private string Describe(TrainerResult result, long memory) => result.Verdict switch
    {
        TrainerVerdict.TimedOut =>
            $"The check of the model did not end within {options.CheckTime:c} (Trainer:CheckTime): it takes too long to load or to run.",
        TrainerVerdict.OutOfMemory => string.Create(
            CultureInfo.InvariantCulture,
            $"The model took {result.PeakMemory >> 20} MiB of memory when it was loaded and run; it may take {memory >> 20} MiB "
                + $"(Trainer:CheckMemory, and {options.CheckMemoryFactor} times its file)."),
        TrainerVerdict.OverLimit => result.Message,
        _ when result.ExitCode > 128 =>
            $"The model ended the process that checked it, by signal {result.ExitCode - 128}: it cannot be loaded or run.",
        _ => $"The model could not be checked: {LastLine(result.Log)}",
    };

    private List<string> Command() =>
        options.ModelCheck.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)
            ? [options.Dotnet, options.ModelCheck]
            : [options.ModelCheck];

    private static string LastLine(string log) => log.TrimEnd().Split('\n')[^1];

    private static TrainingFailedException Failed(string message) => new(TrainingStage.Acceptance, message);
}
