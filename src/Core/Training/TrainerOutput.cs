using System.Globalization;
using Progeny.Core.Common;
using Progeny.Core.Manifests.Shapes;

namespace Progeny.Core.Training;

/// <summary>
/// What a trainer leaves in its job folder. The node reads none of it there: regular files are copied, within limits, into a folder in
/// which only the node writes, and what else a program can leave under these names is refused: links would have the node read its own
/// secrets.
/// </summary>
internal sealed class TrainerOutput : IDisposable
{
    private const int BufferBytes = 1 << 17;

    private readonly JobFolder folder;
    private readonly TrainerLimits limits;
    private readonly OpenFolder open;

    /// <summary>Holds the folder of a trainer that has not been started yet, so that it cannot put another one in its place.</summary>
    public TrainerOutput(JobFolder folder, TrainerLimits limits)
    {
        this.folder = folder;
        this.limits = limits;
        open = OpenFolder.Open(folder.Path);
    }

    /// <summary>Copies what the trainer left, which has ended.</summary>
    /// <param name="target">The path of the folder to make; gone again if this throws.</param>
    /// <exception cref="TrainingFailedException">Something is no regular file or exceeds its limit.</exception>
    public KeptOutput CopyTo(string target, CancellationToken cancellationToken)
    {
        var kept = new KeptOutput(target);
        Directory.CreateDirectory(target);
        try
        {
            CopyFile(folder.Model, kept.Model, limits.ModelBytes, cancellationToken);
            if (File.Exists(kept.Model))
                ExternalData.Embed(kept.Model, open, [], kept.Model);
            CopyFile(folder.Metrics, kept.Metrics, limits.MetricsBytes, cancellationToken);
            CopyFile(folder.Predictions, kept.Predictions, limits.PredictionsBytes, cancellationToken);
            CopyState(kept.State, cancellationToken);
            return kept;
        }
        catch (Exception exception)
        {
            JobFolder.Delete(target);
            if (exception is IOException or UnauthorizedAccessException)
                throw new TrainingFailedException(
                    TrainingStage.Acceptance, $"What the trainer left cannot be read: {exception.Message}", inner: exception);
            throw;
        }
    }

    public void Dispose() => open.Dispose();

    private void CopyFile(string source, string target, long most, CancellationToken cancellationToken)
    {
        var name = Path.GetFileName(source);
        using var file = open.Find(name);
        if (file is not null)
            CopyFile(file, name, target, most, cancellationToken);
    }

    private void CopyState(string target, CancellationToken cancellationToken)
    {
        var name = Path.GetFileName(folder.State);
        using var state = open.Find(name);
        if (state is null)
            return;
        var (entries, bytes) = (0, 0L);
        CopyFolder(state, name, target, limits.StateDepth);

        void CopyFolder(OpenFolder source, string path, string to, int depth)
        {
            if (source.Kind != OpenFolder.Folder)
                throw Refused($"'{path}' is {source.Kind}; a folder would be right.");
            if (depth == 0)
                throw Refused(
                    string.Create(
                        CultureInfo.InvariantCulture, $"'{name}/' has folders more than {limits.StateDepth} deep, the most allowed."));
            Directory.CreateDirectory(to);
            foreach (var below in source.Names())
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (++entries > limits.StateEntries)
                    throw Refused(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"'{name}/' holds more than {limits.StateEntries} files and folders, the most allowed."));
                var shown = $"{path}/{Quote.Of(below).Trim('\'')}";
                using var entry = source.Find(below)
                    ?? throw Refused($"'{shown}' cannot be opened under its name; names in UTF-8 would be right.");
                var copy = Path.Combine(to, below);
                if (entry.Kind == OpenFolder.Folder)
                    CopyFolder(entry, shown, copy, depth - 1);
                else
                    bytes += CopyFile(entry, shown, copy, limits.StateBytes - bytes, cancellationToken, $"'{name}/' holds");
            }
        }
    }

    private static long CopyFile(
        OpenFolder file, string name, string target, long most, CancellationToken cancellationToken, string? what = null)
    {
        if (file.Kind != OpenFolder.File)
            throw Refused($"'{name}' is {file.Kind}; a regular file would be right.");
        if (file.Links > 1)
            throw Refused($"'{name}' has {file.Links} names (hard links); a file of its own would be right.");
        if (file.Bytes > most)
            throw TooLarge();
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | (file.Mode & UnixFileMode.UserExecute);
        using var input = file.Read();
        using var output = new FileStream(target, options);
        var buffer = new byte[Math.Clamp(file.Bytes, 1, BufferBytes)];
        var copied = 0L;
        while (input.Read(buffer) is var count and > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            copied += count; // it may have grown since
            if (copied > most)
                throw TooLarge();
            output.Write(buffer.AsSpan(0, count));
        }

        return copied;

        TrainingFailedException TooLarge() => Refused(what is null
            ? string.Create(CultureInfo.InvariantCulture, $"'{name}' has more than {most} bytes, the most allowed.")
            : $"{what} more bytes than allowed; '{name}' is one too many.");
    }

    private static TrainingFailedException Refused(string message) =>
        new(TrainingStage.Acceptance, $"What the trainer left is refused: {message}");
}
