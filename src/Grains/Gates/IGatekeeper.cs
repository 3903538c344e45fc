using Progeny.Abstractions.Gates;
using Progeny.Abstractions.Releases;
using Progeny.Core.Gates;

namespace Progeny.Grains.Gates;

/// <summary>Holds generations to the gates of their manifest, and to its tests, before they enter a stage (docs/gates.md).</summary>
public interface IGatekeeper
{
    /// <summary>Asks the gates before a stage and keeps what each said as a decision.</summary>
    /// <exception cref="RegistryException">There is no such generation.</exception>
    /// <param name="occasion">What they are asked for.</param>
    Task<GateReport> CheckAsync(GenerationReference candidate, Stage before, GateOccasion occasion, CancellationToken cancellationToken);

    /// <summary>Asks the gates before a stage, and keeps nothing.</summary>
    /// <exception cref="RegistryException">There is no such generation.</exception>
    Task<GateReport> TryAsync(GenerationReference candidate, Stage before, CancellationToken cancellationToken);
}
