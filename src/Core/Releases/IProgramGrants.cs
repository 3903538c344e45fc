namespace Progeny.Core.Releases;

/// <summary>Which programs of their own projects may run on this node.</summary>
public interface IProgramGrants
{
    /// <summary>Why a project's program may not run, in a sentence; null: it may.</summary>
    /// <param name="program">The first word of <c>pipeline.command</c>.</param>
    string? Refusal(string program);
}
