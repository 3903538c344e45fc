using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Training;

namespace Progeny.Console.Projects;

/// <summary>A project as the list of projects shows it.</summary>
/// <param name="Project">The project.</param>
/// <param name="Description">What its newest release says it is for.</param>
/// <param name="Generations">How many generations it has, of all releases.</param>
/// <param name="LastJob">The newest job; null: none was started yet.</param>
public sealed record ProjectSummary(ProjectInfo Project, string Description, int Generations, JobInfo? LastJob);
