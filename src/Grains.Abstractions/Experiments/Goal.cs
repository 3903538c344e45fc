namespace Progeny.Abstractions.Experiments;

/// <summary>Which of two values of a figure is the better one.</summary>
public enum Goal
{
    Minimize,
    Maximize,
}
