using System.Text.RegularExpressions;
using Progeny.Core.Manifests;
using Progeny.Core.Manifests.Shapes;

namespace Progeny.Core.Releases;

/// <summary>The small project that <c>progeny project init</c> writes: it trains, and its tests hold, at once and offline.</summary>
public static class ProjectTemplate
{
    private const string DataFile = "data/deliveries.csv";

    /// <summary>Writes a project into a folder, which is made where it is missing.</summary>
    /// <param name="folder">An empty or missing folder.</param>
    /// <param name="name">The project's name; see <see cref="Manifest.Name"/>.</param>
    /// <returns>The paths of the files, relative to the folder.</returns>
    /// <exception cref="ProjectTemplateException">The name is not one, or the folder holds something.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static async Task<IReadOnlyList<string>> WriteAsync(string folder, string name, CancellationToken cancellationToken)
    {
        if (!Regex.IsMatch(name, $@"^(?:{Manifest.NamePattern})\z", RegexOptions.NonBacktracking))
            throw new ProjectTemplateException($"{Quote.Of(name)} is not {Manifest.NameHint}");
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
            throw new ProjectTemplateException($"'{folder}' is not empty; a new project needs a folder of its own");

        (string Path, string Text)[] files =
        [
            (ManifestParser.FileName, MakeManifest(name)),
            (DataFile, SampleDeliveries.MakeCsv()),
            ("README.md", MakeReadme(name)),
        ];
        Directory.CreateDirectory(Path.Combine(folder, "data"));
        foreach (var (path, text) in files)
            await File.WriteAllTextAsync(Path.Combine(folder, path), text, cancellationToken);
        return [.. files.Select(f => f.Path)];
    }

    private static string MakeManifest(string name) => $$$"""
        # What this project is: docs/manifest.md explains every key.
        name: {{{name}}}
        version: 0.1.0            # must grow with every release
        description: Will a delivery be late?
        task: binary              # binary, multiclass or regression

        # The fields that a query carries, in the model's order.
        schema:
          features:
            - {name: hour, type: int, min: 0, max: 23}
            - {name: distance, type: float, min: 0, description: kilometres}
            - {name: weight, type: float, min: 0, nullable: true, description: kilograms; unknown for some}
            - {name: vehicle, type: category, values: [bike, car, van]}

        # What the model learns to predict; of two classes the positive one stands last.
        label: {name: late, classes: ["0", "1"]}

        # Training rows. The file is a table of its name; 'feed: NAME' in its place reads a database.
        source:
          file: {{{DataFile}}}
          query: |
            SELECT hour, distance, weight, vehicle, late, ordered_at
            FROM deliveries
          ordinal: ordered_at     # orders rows in time

        pipeline:
          trainer: xgboost        # or 'command: [python3, train.py]', or 'model: model.onnx'
          parameters: {max_depth: 3, eta: 0.2, rounds: 60}
          seed: 1

        # The last fifth in time is held out.
        evaluation: {method: holdout, fraction: 0.2}

        # Rules are SQL over a query's fields; one before the model can refuse a query, answer it, or set features.
        rules:
          - {name: too far, at: before, when: distance > 100, then: {refuse: deliveries end at 100 km}}

        # 'progeny project test' trains and checks these.
        tests:
          - name: a short way in the morning is on time
            given: {hour: 10, distance: 1.5, weight: 2, vehicle: car}
            expect:
              label: "0"
              probability: {"1": {max: 0.4}}
          - name: a long way by bike in the rush hour is late, whatever it weighs
            given: {hour: 17, distance: 11, vehicle: bike}
            expect:
              label: "1"
              probability: {"1": {min: 0.6}}

        """;

    private static string MakeReadme(string name) => $"""
        # {name}

        Predicts whether a delivery will be late. The data set is made up: replace `{DataFile}` and `progeny.yaml` with your own.

            progeny project test       # the manifest's own tests
            progeny project eval       # metrics on rows held out
            progeny project train      # does it train?
            progeny project release    # publish this version

        """;
}
