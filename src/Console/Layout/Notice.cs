namespace Progeny.Console.Layout;

/// <summary>A page that only says something: what is missing, or what went wrong.</summary>
/// <param name="Title">In a few words.</param>
/// <param name="Text">In a sentence or two.</param>
public sealed record Notice(string Title, string Text);
