using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Progeny.Grains.Common;

/// <summary>
/// Keeps a project from ending the node again and again. A file says of each dangerous step of a project that it is under way; one that is
/// found at a start tells of a step that its node did not outlive. After some of them the step is not taken any more until somebody resumes
/// the project.
/// </summary>
internal sealed partial class ProjectBreaker : IDisposable
{
    private const string Running = ".running";
    private const string Crashed = ".crashed";

    private readonly Dictionary<(string Project, string Step), int> _crashes = [];
    private readonly SemaphoreSlim _turn = new(1);
    private readonly string _folder;
    private readonly int _maxCrashes;

    /// <summary>Reads what the last run of the node left.</summary>
    public ProjectBreaker(IOptions<JobOptions> options, ILogger<ProjectBreaker> logger)
    {
        _folder = options.Value.StepsFolder;
        _maxCrashes = options.Value.MaxCrashes;
        Directory.CreateDirectory(_folder);
        foreach (var file in Directory.EnumerateFiles(_folder, "*" + Crashed))
        {
            if (Read(file) is { } step)
                _crashes[(step.Project, step.Name)] = step.Crashes;
        }

        foreach (var file in Directory.EnumerateFiles(_folder, "*" + Running))
        {
            if (Read(file) is { } step)
            {
                var crashes = _crashes[(step.Project, step.Name)] = CrashesOf(step.Project, step.Name) + 1;
                Write(FileOf(step.Project, step.Name, Crashed), step with { Crashes = crashes });
                LogCrashed(logger, step.Project, step.Name, crashes);
            }

            File.Delete(file);
        }
    }

    /// <summary>Begins a step; disposing what is returned ends it, and forgets earlier crashes: the node has outlived it.</summary>
    /// <param name="step">What is done, in words, e.g. <c>training</c>; the same for the same step.</param>
    /// <exception cref="ProjectHeldException">It ended the node too often.</exception>
    public async Task<IDisposable> EnterAsync(string project, string step, CancellationToken cancellationToken)
    {
        var crashes = CrashesOf(project, step);
        if (crashes >= _maxCrashes)
            throw new ProjectHeldException(Describe(project, step, crashes));
        // Of several steps that were under way when the node ended one is to blame: each is tried without the others.
        if (crashes > 0)
            await _turn.WaitAsync(cancellationToken);
        var marker = FileOf(project, $"{step} {Guid.NewGuid():N}", Running);
        Write(marker, new Step(project, step, 0));
        return new Entered(this, (project, step), marker, hasTurn: crashes > 0);
    }

    /// <summary>How often the node ended in the middle of a step.</summary>
    public int CrashesOf(string project, string step)
    {
        lock (_crashes)
            return _crashes.GetValueOrDefault((project, step));
    }

    /// <summary>Why something of a project is not done any more; null: all is.</summary>
    public string? HeldOf(string project)
    {
        lock (_crashes)
        {
            return _crashes.Where(pair => pair.Key.Project == project && pair.Value >= _maxCrashes)
                .Select(pair => Describe(project, pair.Key.Step, pair.Value)).FirstOrDefault();
        }
    }

    /// <summary>Has all be tried again.</summary>
    public void Reset(string project)
    {
        List<(string, string)> steps;
        lock (_crashes)
            steps = [.. _crashes.Keys.Where(key => key.Project == project)];
        steps.ForEach(Forget);
    }

    public void Dispose() => _turn.Dispose();

    private void Forget((string Project, string Step) key)
    {
        lock (_crashes)
        {
            if (_crashes.Remove(key))
                File.Delete(FileOf(key.Project, key.Step, Crashed));
        }
    }

    private string FileOf(string project, string step, string ending)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(step)))[..16];
        return Path.Combine(_folder, $"{project}.{hash}{ending}");
    }

    private static string Describe(string project, string step, int crashes) =>
        $"The node ended {crashes} times in the middle of {step} of '{project}', so that it is not done again. When the cause is gone, " +
        $"'progeny offline resume {project}' (POST /api/projects/{project}/offline/resume) has it tried again.";

    private static Step? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<Step>(File.ReadAllBytes(file));
        }
        catch (JsonException)
        {
            return null; // the node ended while it was written, before the step began
        }
    }

    private static void Write(string file, Step step) => File.WriteAllBytes(file, JsonSerializer.SerializeToUtf8Bytes(step));

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Project}: the node ended in the middle of {Step}, {Crashes} times now")]
    private static partial void LogCrashed(ILogger logger, string project, string step, int crashes);

    private sealed record Step(string Project, string Name, int Crashes);

    private sealed class Entered(ProjectBreaker breaker, (string Project, string Step) key, string marker, bool hasTurn) : IDisposable
    {
        private string? _marker = marker;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _marker, null) is not { } file)
                return;
            File.Delete(file);
            breaker.Forget(key);
            if (hasTurn)
                breaker._turn.Release();
        }
    }
}
