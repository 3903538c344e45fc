namespace Progeny.Core.Explanations;

/// <summary>
/// The exact Shapley values of one tree for a query beside one background row (Lundberg et al. 2020, the interventional algorithm): a walk
/// that takes both branches only where the two rows part, and notes for each feature on the way whether it must be the query's or the
/// other's. A raw feature may have several columns, which go together.
/// </summary>
/// <param name="featureOf">For each column its feature.</param>
internal sealed class TreeGame(int[] featureOf, int features)
{
    private enum Side : byte
    {
        Either,
        Query,
        Other,
    }

    private readonly Side[] sides = new Side[features];
    private readonly List<int> ofQuery = [];
    private readonly List<int> ofOther = [];
    private readonly double[] amounts = new double[features];
    private float[] query = [];
    private float[] other = [];
    private int output;

    /// <summary>The sums over all trees and rows so far.</summary>
    public ReadOnlySpan<double> Amounts => amounts;

    /// <param name="output">The output explained; -1: the sum of all.</param>
    public void Add(ExplainedTree tree, float[] query, float[] other, int output)
    {
        (this.query, this.other, this.output) = (query, other, output);
        Walk(tree.Nodes, tree.Nodes[tree.Root]);
    }

    /// <summary>What a leaf adds to an output.</summary>
    public static double WeightOf(ExplainedNode leaf, int output)
    {
        double sum = 0;
        foreach (var (target, weight) in leaf.Leaf)
        {
            if (output < 0 || target == output)
                sum += weight;
        }

        return sum;
    }

    private void Walk(ExplainedNode[] nodes, ExplainedNode node)
    {
        if (node.Column < 0)
        {
            Reach(WeightOf(node, output));
            return;
        }

        var (mine, others) = (node.Next(query), node.Next(other));
        if (mine == others)
        {
            Walk(nodes, nodes[mine]);
            return;
        }

        var feature = featureOf[node.Column];
        if (sides[feature] != Side.Either)
        {
            Walk(nodes, nodes[sides[feature] == Side.Query ? mine : others]);
            return;
        }

        Branch(Side.Query, ofQuery, mine);
        Branch(Side.Other, ofOther, others);
        sides[feature] = Side.Either;

        void Branch(Side side, List<int> list, int next)
        {
            sides[feature] = side;
            list.Add(feature);
            Walk(nodes, nodes[next]);
            list.RemoveAt(list.Count - 1);
        }
    }

    /// <summary>
    /// A leaf is reached by the coalitions that have all of <see cref="ofQuery"/> and none of <see cref="ofOther"/>: as a game by itself, q
    /// and o of them, it gives each of the first (q - 1)! o! / (q + o)! and takes q! (o - 1)! / (q + o)! from each of the others.
    /// </summary>
    private void Reach(double weight)
    {
        var (q, o) = (ofQuery.Count, ofOther.Count);
        if (weight == 0 || q + o == 0)
            return;
        var orders = Choose(q + o, q);
        foreach (var feature in ofQuery)
            amounts[feature] += weight / (q * orders);
        foreach (var feature in ofOther)
            amounts[feature] -= weight / (o * orders);
    }

    private static double Choose(int n, int k)
    {
        double ways = 1;
        for (var i = 1; i <= k; i++)
            ways = ways * (n - k + i) / i;
        return ways;
    }
}
