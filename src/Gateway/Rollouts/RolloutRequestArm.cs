using System.ComponentModel.DataAnnotations;

namespace Progeny.Gateway.Rollouts;

/// <summary>An arm of a plan to put in force.</summary>
/// <param name="Name">Lower-case letters, digits, - and _, a letter first, at most 63.</param>
/// <param name="Generation"><c>release:generation</c>, or of another project <c>project@release:generation</c>.</param>
/// <param name="Weight">A finite number of 0 or more; its part of the sum of all weights is its share of the traffic.</param>
internal sealed record RolloutRequestArm(
    [property: Required] string? Name, [property: Required] string? Generation, [property: Required] double? Weight);
