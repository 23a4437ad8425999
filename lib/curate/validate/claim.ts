/** A relation that somebody says holds, by the names of its ends. */
export interface Claim {
  readonly source: string
  /** A name of relation_types.ts or one of the user's own: `parent` says that the target is the source's parent. */
  readonly type: string
  readonly target: string
  /** 0 … 1, how much who says so trusts it; where two claims cannot both hold, the lighter one goes. Default 0.5. */
  readonly weight?: number | undefined
  /** What the source and the target are, for names that mean several things: their definitions. */
  readonly about?: { readonly source: string | null; readonly target: string | null } | undefined
}

/** What one validator says of a claim. */
export interface Vote {
  /** The validator: a model's name, 'pro, con, judge', a rule such as 'rule: circle'. */
  readonly by: string
  /** Null: it does not know, or has said nothing that could be read. */
  readonly holds: boolean | null
  readonly reason: string
  /** The prompt and its version, such as 'relation-1'; null where nobody was prompted. */
  readonly prompt: string | null
  /** Which sample of the same validator it is, from 0. */
  readonly sample: number
}

/** How often somebody is wrong. */
export interface ErrorRates {
  /** Of claims that do not hold, the share that it says YES to. */
  readonly falseYes: number
  /** Of claims that hold, the share that it says NO to. */
  readonly falseNo: number
}

/** What looks at claims. */
export interface Validator {
  /** Its votes are `by` it. */
  readonly name: string
  /** Where nobody has measured them, an assumption. */
  readonly rates: ErrorRates
  /**
   * Votes on each claim, in the order of the claims; a rule that has nothing to say of one gives it no vote.
   *
   * @throws what its model throws; the signal's reason
   */
  votes(
    claims: readonly Claim[],
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<readonly (readonly Vote[])[]>
}

/** A claim and what became of it. */
export interface Judgement {
  readonly claim: Claim
  readonly votes: readonly Vote[]
  /** 0 … 1, how likely it is that it holds, after all votes. */
  readonly confidence: number
  readonly accepted: boolean
}
