using Progeny.Abstractions.Releases;

namespace Progeny.Core.Experiments;

/// <summary>The challengers of an experiment.</summary>
public static class ExperimentChallengers
{
    /// <summary>The challenger that a request means.</summary>
    /// <param name="generation">Null: the only one.</param>
    /// <exception cref="RegistryException">There are several, none, or it is no challenger.</exception>
    public static GenerationReference Find(ExperimentState state, GenerationReference? generation)
    {
        var project = state.Project;
        var challengers = state.Arms.Where(arm => arm.Name != state.ChampionArm && !arm.IsOut && arm.Generation.Project == project)
            .Select(arm => arm.Generation).ToList();
        if (generation is null && challengers is [var only])
            return only;
        if (generation is not null && challengers.Contains(generation))
            return generation;
        var right = challengers.Count == 0
            ? $"none of its challengers is a generation of '{project}'"
            : $"{string.Join(", ", challengers.Select(challenger => challenger.Version))} would be right";
        throw new RegistryException(RegistryError.Conflict, generation is null ? $"It must be said which generation is meant; {right}."
            : generation.Project != project ? $"{generation} is another project's and cannot be in production in '{project}'; {right}."
            : $"{generation} is no challenger of {state.Id}; {right}.");
    }
}
