namespace Progeny.Trainer.Boosting;

/// <summary>
/// One tree, its nodes by number, the root being 0. An inner node sends a row left where its column is less than the node's value, and
/// where it is missing by <paramref name="DefaultLeft"/>.
/// </summary>
/// <param name="Output">The margin that the tree adds to.</param>
/// <param name="Weight">What a leaf's value is multiplied with: 1, or less for a tree that dart dropped.</param>
/// <param name="Left">The node where a row goes below the value; -1 for a leaf.</param>
/// <param name="Right">The node where other rows go.</param>
/// <param name="Column">The column that an inner node checks.</param>
/// <param name="Value">An inner node's threshold, a leaf's value.</param>
/// <param name="DefaultLeft">Whether a row whose column is missing goes left.</param>
public sealed record Tree(int Output, float Weight, int[] Left, int[] Right, int[] Column, float[] Value, bool[] DefaultLeft)
{
    /// <summary>A tree that gives every row the same value.</summary>
    public static Tree Constant(float value) => new(0, 1, [-1], [-1], [0], [value], [false]);

    public bool IsLeaf(int node) => Left[node] < 0;
}
