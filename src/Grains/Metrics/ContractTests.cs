using Progeny.Core.Registry;
using Progeny.Core.Serving;
using Progeny.Core.Training;

namespace Progeny.Grains.Metrics;

/// <summary>Runs the tests of a manifest on a generation's own model.</summary>
internal sealed class ContractTests(IArtifactStore artifacts, RuleCompiler rules)
{
    /// <exception cref="ModelException">The model cannot be loaded, or does not fit.</exception>
    /// <exception cref="RuleException">A rule of the manifest is wrong.</exception>
    public async Task<IReadOnlyList<ProjectTestResult>> RunAsync(JudgedGeneration generation, CancellationToken cancellationToken)
    {
        if (generation.Manifest.Tests.Count == 0)
            return [];
        await using var stream = await artifacts.OpenAsync(generation.Info.Assets.Model, cancellationToken);
        var bytes = new byte[stream.Length];
        await stream.ReadExactlyAsync(bytes, cancellationToken);

        // The native library computes for long: not in anybody's turn.
        return await Task.Run(
            () =>
            {
                using var model = ModelRunner.Load(bytes, generation.Manifest);
                using var compiled = rules.Compile(generation.Manifest);
                return ProjectTests.Run(model, generation.Manifest, compiled);
            },
            cancellationToken);
    }
}
