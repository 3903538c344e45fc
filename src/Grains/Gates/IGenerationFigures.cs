using Progeny.Abstractions.Releases;
using Progeny.Core.Gates;

namespace Progeny.Grains.Gates;

/// <summary>All that is known of a generation in numbers.</summary>
public interface IGenerationFigures
{
    /// <summary>The figures by the names of <see cref="FigureNames"/>, all of them, in any case; null where one is not known.</summary>
    /// <param name="since">The start of the time over which serving is measured; null: a day before now.</param>
    /// <exception cref="RegistryException">There is no such generation.</exception>
    Task<IReadOnlyDictionary<string, double?>> ReadAsync(
        GenerationReference generation, DateTimeOffset? since, CancellationToken cancellationToken);
}
