using System.Runtime.Versioning;
using System.Text.Json;
using System.Text.Json.Nodes;
using Progeny.Core.Common;
using Progeny.Core.Datasets;

namespace Progeny.Core.Training;

/// <summary>The folder in which one trainer runs, and the names of the files of its contract (docs/trainers.md).</summary>
public sealed class JobFolder
{
    private static readonly string[] Reserved =
        ["data.csv", "schema.json", "parameters.json", "previous", "model.onnx", "state", "metrics.json", "predictions.csv", "tmp"];

    private JobFolder(string path) => Path = path;

    public string Path { get; }

    /// <summary>The rows to train on.</summary>
    public string Data => At("data.csv");

    public string Schema => At("schema.json");

    public string Parameters => At("parameters.json");

    /// <summary>The state that the last generation left; not there for a training from scratch.</summary>
    public string Previous => At("previous");

    /// <summary>Left by the trainer.</summary>
    public string Model => At("model.onnx");

    /// <summary>Left by a trainer that can go on from it.</summary>
    public string State => At("state");

    /// <summary>Left by a trainer that has figures of its own.</summary>
    public string Metrics => At("metrics.json");

    /// <summary>Left by a trainer that says what its model predicts for the first rows of <see cref="Data"/>.</summary>
    public string Predictions => At("predictions.csv");

    /// <summary>Makes an empty folder with all that a trainer finds, but for <see cref="Data"/>.</summary>
    /// <param name="path">The folder; emptied where it is there already.</param>
    /// <param name="schema">Written as <see cref="Schema"/>.</param>
    /// <param name="parameters">Written as <see cref="Parameters"/>.</param>
    /// <param name="previousState">A folder that becomes <see cref="Previous"/>; null: none.</param>
    /// <param name="files">A folder whose files are put beside, those aside whose names are the contract's own; null: none.</param>
    public static JobFolder Create(string path, TrainerSchema schema, JsonObject parameters, string? previousState, string? files)
    {
        Delete(path);
        Directory.CreateDirectory(path);
        var folder = new JobFolder(System.IO.Path.GetFullPath(path));
        using (var stream = File.Create(folder.Schema))
            JsonSerializer.Serialize(stream, schema, TrainerJson.Default.TrainerSchema);
        using (var stream = File.Create(folder.Parameters))
            TrainerParameters.Write(stream, parameters);
        if (previousState is not null)
            Copy(previousState, folder.Previous, []);
        if (files is not null)
            Copy(files, folder.Path, Reserved);
        return folder;
    }

    /// <summary>Removes a folder in which a program ran, where there is one; links are removed and not followed.</summary>
    public static void Delete(string path)
    {
        if (!Directory.Exists(path))
            return;
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (UnauthorizedAccessException) when (!OperatingSystem.IsWindows())
        {
            // A program may take from the owner what is needed to remove its folders.
            Open(new DirectoryInfo(path));
            Directory.Delete(path, recursive: true);
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static void Open(DirectoryInfo folder)
    {
        folder.UnixFileMode |= UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        foreach (var below in folder.EnumerateDirectories().Where(below => below.LinkTarget is null))
            Open(below);
    }

    /// <summary>Copies a folder with all that is in it.</summary>
    internal static void Copy(string from, string to, IReadOnlyCollection<string> except)
    {
        Directory.CreateDirectory(to);
        foreach (var entry in new DirectoryInfo(from).EnumerateFileSystemInfos().Where(entry => !except.Contains(entry.Name)))
        {
            if (entry.LinkTarget is not null)
                throw new TrainingFailedException(
                    TrainingStage.Trainer, $"'{entry.Name}' among the trainer's files is a symbolic link; a regular file would be right.");
            var target = System.IO.Path.Combine(to, entry.Name);
            if (entry is DirectoryInfo)
                Copy(entry.FullName, target, []);
            else
                File.Copy(entry.FullName, target);
        }
    }

    private string At(string name) => System.IO.Path.Combine(Path, name);
}
